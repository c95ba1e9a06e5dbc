import { classNames } from "./class-names";
import { Icon } from "./icon";
import { Input, type InputProps } from "./input";

type Props = Readonly<Omit<InputProps, "type"> & { /** Accessible name: the placeholder vanishes while typing. */ label: string }>;

/** What can be searched stands in the placeholder. */
export function SearchField({ label, className, ...rest }: Props) {
  return (
    <span className={classNames("search", className)}>
      <Icon name="search" />
      <Input type="search" aria-label={label} size="sm" {...rest} />
    </span>
  );
}
