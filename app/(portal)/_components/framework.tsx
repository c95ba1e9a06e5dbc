import { PipeBand, type FrameworkName } from "@/app/_components/ui/pipe-band";

const drawn: ReadonlyArray<string> = ["ethereum", "fabric"] satisfies ReadonlyArray<FrameworkName>;

/** A framework by its pipe; nothing while a draft has none. */
export function Framework({ code }: Readonly<{ code: string | null }>) {
  if (code === null) return null;
  return isDrawn(code) ? <PipeBand framework={code} /> : <span>{code}</span>;
}

function isDrawn(code: string): code is FrameworkName {
  return drawn.includes(code);
}
