import { getRequestConfig } from "next-intl/server";
import messages from "./messages/en";

/** No language in the address: the product speaks English now, another language will come by cookie. */
export default getRequestConfig(() => ({
  locale: "en",
  messages,
  now: new Date(),
  // Screens name times in UTC: publisher, admin and city nodes sit in different zones and must read the same.
  timeZone: "UTC",
}));
