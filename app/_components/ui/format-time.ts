const zone = "UTC";
/** "20 Nov 2026", as no one on Earth misreads it. */
const places: Readonly<Record<string, string>> = { en: "en-GB" };

const formatter = (locale: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(places[locale] ?? locale, { timeZone: zone, ...options });

export const formatDate = (moment: Date, locale: string): string => formatter(locale, { day: "numeric", month: "short", year: "numeric" }).format(moment);

export const formatClock = (moment: Date, locale: string): string => formatter(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(moment);

export const formatMoment = (moment: Date, locale: string): string => `${formatDate(moment, locale)}, ${formatClock(moment, locale)} ${zone}`;
