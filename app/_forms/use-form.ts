"use client";

import { useRef, useState, useSyncExternalStore, type ComponentProps, type FormEvent } from "react";
import type { z } from "zod";
import { ApiError, isApiError } from "@/app/_api/api-error";

interface FormOptions<S extends z.ZodType> {
  /** Same schema as the route's, so that most mistakes are told without a call. */
  schema: S;
  /** Carries it out; throws ApiError, whose fields are shown at their inputs. */
  submit: (input: z.output<S>, form: HTMLFormElement) => Promise<unknown>;
}

interface FormState {
  /** Spread on the form; its inputs are uncontrolled and named by their path in the schema. */
  formProps: Pick<ComponentProps<"form">, "onSubmit" | "onInput" | "noValidate" | "method">;
  /** Message at each wrong field. */
  errors: Readonly<Record<string, string>>;
  /** What is wrong with the whole, beside the fields. */
  failure: ApiError | undefined;
  pending: boolean;
  /** False until the page's script runs: a form sent before would put its fields into an address. */
  ready: boolean;
}

/**
 * A form: checks, sends once, shows each error at its field, keeps what was typed. While it is being sent, and before
 * the script runs, it cannot be sent again.
 */
export function useForm<S extends z.ZodType>({ schema, submit }: FormOptions<S>): FormState {
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<ApiError>();
  const [pending, setPending] = useState(false);
  const underWay = useRef(false);
  const ready = useSyncExternalStore(noChanges, () => true, () => false);

  const showErrors = (form: HTMLFormElement, found: Record<string, string>) => {
    setErrors(found);
    focusFirst(form, found);
  };

  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    // A state would be too late for the second half of a double click.
    if (underWay.current) return;
    const form = event.currentTarget;
    const parsed = schema.safeParse(Object.fromEntries(new FormData(form)));
    setFailure(undefined);
    if (!parsed.success) return showErrors(form, errorsOf(parsed.error));

    underWay.current = true;
    setPending(true);
    setErrors({});
    try {
      await submit(parsed.data, form);
    } catch (error) {
      if (!isApiError(error)) {
        setFailure(new ApiError({ code: "INTERNAL", status: 0, publicMessage: "", retryable: true, cause: error }));
        throw error;
      }
      if (Object.keys(error.fields).some((name) => form.elements.namedItem(name))) showErrors(form, { ...error.fields });
      else setFailure(error);
    } finally {
      underWay.current = false;
      setPending(false);
    }
  };

  const onInput = (event: FormEvent<HTMLFormElement>) => {
    const name = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement ? event.target.name : "";
    if (name in errors) setErrors(({ [name]: _mended, ...rest }) => rest);
  };

  return { formProps: { onSubmit: (event) => void onSubmit(event), onInput, noValidate: true, method: "post" }, errors, failure, pending, ready };
}

const noChanges = () => () => undefined;

function errorsOf(error: z.ZodError): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const issue of error.issues) errors[issue.path.join(".")] ??= issue.message;
  return errors;
}

/** The keyboard and a screen reader go to the first field that is wrong. */
function focusFirst(form: HTMLFormElement, errors: Record<string, string>): void {
  const first = [...form.elements].find((element) => element instanceof HTMLInputElement && element.name in errors);
  if (first instanceof HTMLInputElement) first.focus();
}
