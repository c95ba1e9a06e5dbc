import type { ReactNode } from "react";
import { classNames } from "./class-names";

type Option<Value extends string> = Readonly<{
  value: Value;
  label: ReactNode;
  /** What follows from choosing it; say also what it does not give. */
  detail?: ReactNode;
  disabled?: boolean;
}>;

type Props<Value extends string> = Readonly<{
  legend: ReactNode;
  legendHidden?: boolean;
  /** Name of the form field. */
  name: string;
  options: ReadonlyArray<Option<Value>>;
  /** With `onChange` controlled, without it the first value shown. */
  value?: Value | undefined;
  onChange?: (value: Value) => void;
  /** The one that is chosen was clicked again: where a preselection becomes a choice. */
  onAgain?: (value: Value) => void;
  className?: string;
}>;

/** One of several, as cards with a radio button. */
export function Choice<Value extends string>({ legend, legendHidden = false, name, options, value, onChange, onAgain, className }: Props<Value>) {
  return (
    <fieldset className="min-w-0">
      <legend className={legendHidden ? "sr-only" : "field-label mb-1.5"}>{legend}</legend>
      <div className={classNames("choices", className)}>
        {options.map((option) => (
          <label key={option.value} className="choice">
            <input
              type="radio"
              name={name}
              value={option.value}
              disabled={option.disabled}
              onClick={onAgain && option.value === value ? () => onAgain(option.value) : undefined}
              {...(onChange ? { checked: option.value === value, onChange: () => onChange(option.value) } : { defaultChecked: option.value === value })}
            />
            <span className="font-medium">{option.label}</span>
            {option.detail ? <small className="choice-detail">{option.detail}</small> : null}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
