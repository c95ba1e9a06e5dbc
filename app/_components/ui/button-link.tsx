import Link from "next/link";
import type { ComponentProps } from "react";
import { classNames } from "./class-names";
import { Icon, type IconName } from "./icon";
import type { ButtonLook, ButtonSize } from "./button";

type Props = Readonly<ComponentProps<typeof Link> & { look?: ButtonLook; size?: ButtonSize; icon?: IconName; iconOnly?: boolean }>;

/** Goes somewhere, looks like a button. */
export function ButtonLink({ look = "plain", size = "md", icon, iconOnly = false, className, children, ...rest }: Props) {
  return (
    <Link className={classNames("btn", look !== "plain" && `btn-${look}`, size !== "md" && `btn-${size}`, iconOnly && "btn-icon", className)} {...rest}>
      {icon ? <Icon name={icon} /> : null}
      {iconOnly ? null : children}
    </Link>
  );
}
