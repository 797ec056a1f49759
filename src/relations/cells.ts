/** Whole numbers of 32 bits, one behind the other. */
export type Cells = Int32Array<ArrayBuffer>;

/**
 * Makes room in a flat array of whole numbers: the array itself while `needed` cells fit, else a copy that is half as
 * large again. Doubling would leave half of a large index empty.
 */
export function growCells(cells: Cells, needed: number): Cells {
  if (needed <= cells.length) return cells;
  const grown = new Int32Array(Math.max(needed, cells.length + (cells.length >>> 1)));
  grown.set(cells);
  return grown;
}
