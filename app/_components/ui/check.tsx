import type { ComponentProps, ReactNode } from "react";

type Props = Readonly<Omit<ComponentProps<"input">, "type" | "children"> & { children: ReactNode }>;

/** Yes or no, with the sentence that one agrees to. */
export function Check({ children, ...rest }: Props) {
  return (
    <label className="check">
      <input type="checkbox" {...rest} />
      <span>{children}</span>
    </label>
  );
}
