import { useId, type ReactNode } from "react";
import { Rosette } from "../ui/certificate";
import { PipeTimeline, type PipeStep } from "../ui/pipe-timeline";
import { Brand } from "./brand";
import { SkipLink } from "./skip-link";

type Props = Readonly<{
  /** Title and form, at most 400 px wide. */
  children: ReactNode;
  /** Top right: "Have an account? Sign in". */
  top?: ReactNode;
  /** Small print below. */
  foot?: ReactNode;
  asideTitle: string;
  /** What happens next, as a pipe that is still empty. */
  asideSteps: ReadonlyArray<Omit<PipeStep, "state">>;
}>;

/** Form left; what one gets and how soon right. */
export function AuthShell({ children, top, foot, asideTitle, asideSteps }: Props) {
  const titleId = useId();
  return (
    <>
      <SkipLink />
      <div className="auth">
        <main className="auth-main" id="main">
          <div className="flex items-center justify-between gap-3">
            <Brand size={26} />
            {top ? <span className="text-sm text-ink-2">{top}</span> : null}
          </div>
          <div className="auth-form">{children}</div>
          {foot ? <p className="text-xs text-ink-3">{foot}</p> : <span />}
        </main>
        <aside className="auth-aside" aria-labelledby={titleId}>
          <Rosette size={640} />
          <h2 id={titleId} className="h1 text-3xl max-md:text-2xl">
            {asideTitle}
          </h2>
          <PipeTimeline plan steps={asideSteps.map((step) => ({ ...step, state: "next" }))} />
        </aside>
      </div>
    </>
  );
}
