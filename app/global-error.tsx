"use client";

import messages from "./_i18n/messages/en";
import "./globals.css";

type Props = Readonly<{ error: Error & { digest?: string }; reset: () => void }>;

/** When the root layout itself fails there are no providers, so the texts come straight from the file. */
export default function GlobalError({ error, reset }: Props) {
  const texts = messages.shell.failed;
  return (
    <html lang="en">
      <body>
        <main className="plain-main">
          <h1 className="h1">{texts.title}</h1>
          <p>{texts.text}</p>
          {error.digest ? <p className="hash">{texts.number.replace("{digest}", error.digest)}</p> : null}
          <p>
            <button type="button" className="btn" onClick={reset}>
              {texts.retry}
            </button>
          </p>
        </main>
      </body>
    </html>
  );
}
