type Props = Readonly<{ /** Edge in pixels. */ size?: number }>;

/** Two blocks meet in a valve: the T is the hand-wheel, the round joint carries the water. */
export function Mark({ size = 24 }: Props) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M2 9.8h6.2L12 15.2l3.8-5.4H22a.8.8 0 0 1 .8.8v9.2a.8.8 0 0 1-.8.8h-6.2L12 15.2l-3.8 5.4H2a.8.8 0 0 1-.8-.8v-9.2A.8.8 0 0 1 2 9.8z"
        fill="currentColor"
      />
      <path d="M6.8 3.6h10.4M12 3.6V12" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />
      <circle cx="12" cy="15.2" r="3.1" fill="var(--water)" stroke="var(--mark-gap, var(--ground))" strokeWidth="1.3" />
    </svg>
  );
}
