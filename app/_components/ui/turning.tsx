type Props = Readonly<{ /** Edge in pixels. */ size?: number }>;

/** A wheel being turned: something is under way. The words beside it say what. */
export function Turning({ size = 15 }: Props) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" aria-hidden="true" className="turning">
      <circle cx="8" cy="8" r="6" strokeOpacity=".35" />
      <path d="M8 2a6 6 0 0 1 6 6" strokeWidth="2" />
    </svg>
  );
}
