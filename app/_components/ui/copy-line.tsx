import { CopyButton } from "./copy-button";
import { maskSecret } from "./split-secrets";

type Props = Readonly<{
  /** What it is, for the button's name: "gateway address". */
  name: string;
  value: string;
  /** Shown masked, copied whole. */
  secret?: boolean;
}>;

/** One value in mono with a copy button; too long a value is cut on screen, never in the copy. */
export function CopyLine({ name, value, secret = false }: Props) {
  return (
    <span className="copyline">
      <span className="min-w-0 grow truncate" title={secret ? undefined : value}>
        {secret ? <span className="code-secret">{maskSecret(value)}</span> : value}
      </span>
      <CopyButton text={value} name={name} iconOnly />
    </span>
  );
}
