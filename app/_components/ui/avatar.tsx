type Props = Readonly<{ /** A person's name or e-mail address. */ name: string; /** Accessible name; without it the avatar is decoration beside the name. */ label?: string }>;

/** First letters of the first and last word; of an address, of the parts before the @. */
export function initials(name: string): string {
  const words = (name.split("@")[0] ?? "").split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)].map((word) => [...(word ?? "")][0]) : [...(words[0] ?? "?")].slice(0, 2);
  return letters.join("").toUpperCase();
}

export function Avatar({ name, label }: Props) {
  return (
    <span className="avatar" {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}>
      {initials(name)}
    </span>
  );
}
