import { classNames } from "./class-names";

type Props = Readonly<{
  /** Three capitals. */
  code: string;
  /** Peers in this city node. */
  count?: number;
  /** Read out and shown on hover: the city's name. Needed where it does not stand beside the plate. */
  city?: string;
  large?: boolean;
  /** Closed, planned or not taking part. */
  hollow?: boolean;
}>;

/** Enamel valve plate of a city node: code, then peers. */
export function Plate({ code, count, city, large = false, hollow = false }: Props) {
  return (
    <span className={classNames("plate", large && "plate-lg", hollow && "plate-hollow")} title={city}>
      <span className="plate-code">{code}</span>
      {count === undefined ? null : <span className="plate-count">{count}</span>}
      {city ? <span className="sr-only">{city}</span> : null}
    </span>
  );
}
