import type { ReactNode } from "react";
import { classNames } from "./class-names";
import { Scrollable } from "./scrollable";

export type Column<Row> = Readonly<{
  key: string;
  head: ReactNode;
  /** The head is read out but not drawn, for columns of buttons. */
  headHidden?: boolean;
  cell: (row: Row) => ReactNode;
  /** Numbers and times stand right. */
  right?: boolean;
  /** The rows stand in the order of this column; its head is the link that turns it. */
  sorted?: "ascending" | "descending" | undefined;
  /** On phones: `under` moves the cell below the first one, `hide` leaves it out. */
  fold?: "under" | "hide";
  className?: string;
}>;

type Props<Row> = Readonly<{
  /** Accessible name. */
  label: string;
  columns: ReadonlyArray<Column<Row>>;
  rows: ReadonlyArray<Row>;
  rowKey: (row: Row) => string;
  /** Stands in the place of the table when there are no rows: an Empty. */
  empty: ReactNode;
  /** The row that the rest of the page shows. */
  currentKey?: string;
}>;

/** The first column names the row. Put it into a flush Sheet. */
export function Table<Row>({ label, columns, rows, rowKey, empty, currentKey }: Props<Row>) {
  if (rows.length === 0) return <>{empty}</>;
  const under = columns.filter((column) => column.fold === "under");
  return (
    <Scrollable className="table-wrap">
      <table className="data" aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" aria-sort={column.sorted} className={classNames(column.right && "is-right", column.fold && "folds")}>
                {column.headHidden ? <span className="sr-only">{column.head}</span> : column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = rowKey(row);
            return (
              <tr key={key} aria-current={key === currentKey ? "true" : undefined}>
                {columns.map((column, place) =>
                  place === 0 ? (
                    <th key={column.key} scope="row" className={column.className}>
                      {column.cell(row)}
                      {under.map((folded) => (
                        <span key={folded.key} className="folded">
                          {folded.cell(row)}
                        </span>
                      ))}
                    </th>
                  ) : (
                    <td key={column.key} className={classNames(column.right && "is-right", column.fold && "folds", column.className)}>
                      {column.cell(row)}
                    </td>
                  ),
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scrollable>
  );
}
