const zone = "UTC";
/** "20 Nov 2026", as no one on Earth misreads it. */
const places: Readonly<Record<string, string>> = { en: "en-GB" };

const formatter = (locale: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(places[locale] ?? locale, { timeZone: zone, ...options });

export const formatDate = (moment: Date, locale: string): string => formatter(locale, { day: "numeric", month: "short", year: "numeric" }).format(moment);

/** "November 2026" of a month as the meters name it, "2026-11". */
export const formatMonth = (month: string, locale: string): string => formatter(locale, { month: "long", year: "numeric" }).format(new Date(`${month}-01T00:00:00Z`));

export const formatClock = (moment: Date, locale: string): string => formatter(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(moment);

export const formatMoment = (moment: Date, locale: string): string => `${formatDate(moment, locale)}, ${formatClock(moment, locale)} ${zone}`;
