"use client";

import { createContext, useContext, useId, type ReactNode } from "react";
import { classNames } from "./class-names";
import { StatusShape } from "./status";

type FieldContext = Readonly<{ id: string; hintId: string | undefined; errorId: string | undefined; required: boolean }>;

const Context = createContext<FieldContext | undefined>(undefined);

/** What an input inside a Field takes over from it. */
export function useField(): FieldContext | undefined {
  return useContext(Context);
}

type Props = Readonly<{
  label: ReactNode;
  children: ReactNode;
  hint?: ReactNode;
  /** Says what is wrong and the way out. Undefined when all is well. */
  error?: ReactNode;
  required?: boolean;
  /** For screen readers only, where a table head or an icon already shows it. */
  labelHidden?: boolean;
  className?: string;
}>;

/** Label above, help below, error with triangle. Input, Select, Textarea and SecretInput inside wire themselves to it. */
export function Field({ label, children, hint, error, required = false, labelHidden = false, className }: Props) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : undefined;
  const errorId = error ? `${id}-error` : undefined;
  return (
    <div className={classNames("field", className)}>
      <label htmlFor={id} className={labelHidden ? "sr-only" : "field-label"}>
        {label}
      </label>
      <Context.Provider value={{ id, hintId, errorId, required }}>{children}</Context.Provider>
      {hint ? (
        <span id={hintId} className="field-hint">
          {hint}
        </span>
      ) : null}
      {/* Always there, so that a screen reader hears an error that appears later. */}
      <span id={`${id}-error`} className={error ? "field-error" : "sr-only"} aria-live="polite">
        {error ? (
          <>
            <StatusShape shape="fault" size={10} />
            <span>{error}</span>
          </>
        ) : null}
      </span>
    </div>
  );
}
