import { Slot } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names";
import { Icon, type IconName } from "./icon";
import { Turning } from "./turning";

export type ButtonLook = "plain" | "primary" | "quiet" | "danger" | "destroy";
export type ButtonSize = "sm" | "md" | "lg";

export type ButtonProps = Readonly<
  Omit<ComponentProps<"button">, "children"> & {
    children?: ReactNode;
    /** `primary` once per view; `danger` begins what loses something, `destroy` does it at once. */
    look?: ButtonLook;
    size?: ButtonSize;
    icon?: IconName;
    /** Shows the icon alone; then `aria-label` is needed. */
    iconOnly?: boolean;
    /** Under way: cannot be pressed again, keeps its words and its place in the tab order. */
    loading?: boolean;
    /** Puts the look on the only child, for links: `<Button asChild><Link …>`. */
    asChild?: boolean;
  }
>;

export function Button({ look = "plain", size = "md", icon, iconOnly = false, loading = false, asChild = false, className, children, onClick, type = "button", ...rest }: ButtonProps) {
  const looks = classNames("btn", look !== "plain" && `btn-${look}`, size !== "md" && `btn-${size}`, iconOnly && "btn-icon", className);
  const sign = loading ? <Turning /> : icon ? <Icon name={icon} /> : null;
  if (asChild) {
    return (
      <Slot.Root className={looks} onClick={onClick} {...rest}>
        {sign}
        <Slot.Slottable>{children}</Slot.Slottable>
      </Slot.Root>
    );
  }
  return (
    <button
      type={type}
      className={looks}
      aria-busy={loading || undefined}
      aria-disabled={loading || undefined}
      // aria-disabled keeps the focus where it is; a disabled button would throw it away in mid-form.
      onClick={loading ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {sign}
      {iconOnly ? null : children}
    </button>
  );
}
