import type { ReactNode } from "react";

/** Drawn on a grid of 16, hairline of 1.4, in the colour of the text around them. */
const shapes = {
  add: <path d="M8 3v10M3 8h10" />,
  alerts: <path d="M4 11V7.3a4 4 0 0 1 8 0V11l1.2 1.3H2.8zM6.7 14h2.6" />,
  applications: (
    <>
      <rect x="2.5" y="2.5" width="4.5" height="4.5" />
      <rect x="9" y="2.5" width="4.5" height="4.5" />
      <rect x="2.5" y="9" width="4.5" height="4.5" />
      <rect x="9" y="9" width="4.5" height="4.5" />
    </>
  ),
  audit: <path d="M3 3.5h10M3 6.5h10M3 9.5h10M3 12.5h6" />,
  back: <path d="m10 4-4 4 4 4" />,
  check: <path d="m3 8.5 3.2 3.2L13 4.8" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  code: <path d="m5.5 5-3 3 3 3M10.5 5l3 3-3 3" />,
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.2" />
      <path d="M10.5 5.5v-3h-8v8h3" />
    </>
  ),
  download: <path d="M8 2.5v8M5 7.5l3 3 3-3M3 13.5h10" />,
  explorer: (
    <>
      <rect x="2.5" y="2.5" width="4.5" height="4.5" />
      <rect x="9" y="9" width="4.5" height="4.5" />
      <path d="M7 4.8h4.2V9" />
    </>
  ),
  external: <path d="M9.5 3H13v3.5M13 3 7.5 8.5M6.5 3.5H3v9.5h9.5V9.5" />,
  forward: <path d="m6 4 4 4-4 4" />,
  hide: <path d="M2 8s2.2-4.2 6-4.2S14 8 14 8s-2.2 4.2-6 4.2S2 8 2 8zM3 13 13 3" />,
  hosts: (
    <>
      <rect x="2.5" y="3" width="11" height="4" />
      <rect x="2.5" y="9" width="11" height="4" />
      <path d="M5 5h.1M5 11h.1" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 7.3V11M8 5v.2" />
    </>
  ),
  invoice: <path d="M4 2h5.5L12.5 5v9H4zM9.3 2v3.2h3.2M6 8.5h4.5M6 11h4.5" />,
  key: (
    <>
      <circle cx="5" cy="10.8" r="2.6" />
      <path d="m7 9 6-6M11 5l1.8 1.8" />
    </>
  ),
  list: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />,
  mail: (
    <>
      <rect x="2" y="3.5" width="12" height="9" rx="1" />
      <path d="m2.5 4.5 5.5 4.3 5.5-4.3" />
    </>
  ),
  meter: (
    <>
      <rect x="2" y="4.5" width="12" height="7" />
      <path d="M4.8 11.5V9M8 11.5V8M11.2 11.5V9" />
    </>
  ),
  minus: <path d="M3 8h10" />,
  moon: <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z" />,
  operations: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3.2l2.2 1.6" />
    </>
  ),
  overview: <path d="M2.5 11.5a5.8 5.8 0 1 1 11 0M8 9.5l2.6-3" />,
  peer: <path d="M8 2s4.2 4.7 4.2 7.7a4.2 4.2 0 0 1-8.4 0C3.8 6.7 8 2 8 2z" />,
  people: (
    <>
      <circle cx="6" cy="5.2" r="2.3" />
      <path d="M2 13c.3-2.6 1.9-3.9 4-3.9s3.7 1.3 4 3.9M10.8 3.1a2.3 2.3 0 0 1 0 4.2M12 9.4c1.2.5 1.9 1.7 2.1 3.6" />
    </>
  ),
  place: (
    <>
      <path d="M8 14s4.6-4.1 4.6-7.7a4.6 4.6 0 1 0-9.2 0C3.4 9.9 8 14 8 14z" />
      <circle cx="8" cy="6.3" r="1.5" />
    </>
  ),
  remove: <path d="M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.7 9h5.6l.7-9M6.8 7v4M9.2 7v4" />,
  scales: <path d="M8 2.5v11M4.5 13.5h7M3 5h10M3 5 1.5 9h3zM13 5l-1.5 4h3z" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.3" />
      <path d="m10.3 10.3 3.2 3.2" />
    </>
  ),
  settings: (
    <>
      <circle cx="8" cy="8" r="2" />
      <path d="M8 2v2M8 12v2M2 8h2M12 8h2M3.8 3.8l1.4 1.4M10.8 10.8l1.4 1.4M3.8 12.2l1.4-1.4M10.8 5.2l1.4-1.4" />
    </>
  ),
  show: (
    <>
      <path d="M2 8s2.2-4.2 6-4.2S14 8 14 8s-2.2 4.2-6 4.2S2 8 2 8z" />
      <circle cx="8" cy="8" r="1.8" />
    </>
  ),
  signOut: <path d="M9.5 2.5h-6v11h6M7 8h7M11.5 5.5 14 8l-2.5 2.5" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M3.6 12.4l1-1M11.4 4.6l1-1" />
    </>
  ),
  switch: <path d="m5 6 3-3 3 3M5 10l3 3 3-3" />,
  warning: <path d="M8 2.5 14.2 13H1.8zM8 6.5v3M8 11.2v.2" />,
  webhook: (
    <>
      <circle cx="4.5" cy="11" r="2" />
      <circle cx="11.5" cy="11" r="2" />
      <circle cx="8" cy="4" r="2" />
      <path d="M7 5.8 5.3 9.2M9.5 11h-3M9 5.8l1.7 3.4" />
    </>
  ),
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;
export const iconNames = Object.keys(shapes) as ReadonlyArray<IconName>;

type Props = Readonly<{ name: IconName; /** Edge in pixels. */ size?: number; className?: string }>;

/** Always decoration: the word stands beside it or in the control's accessible name. */
export function Icon({ name, size = 16, className }: Props) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" className={className}>
      {shapes[name]}
    </svg>
  );
}
