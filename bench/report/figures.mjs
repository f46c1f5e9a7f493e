/** A figure for people: three digits that mean something. */
export function number(value) {
  if (value === undefined || value === null || Number.isNaN(value)) return '–';
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** The median of several runs with the least and the most; a plain number as it is. */
export function figure(value) {
  if (typeof value !== 'object' || value === null) return number(value);
  const { median, min, max } = value;
  return number(min) === number(max) ? number(median) : `${number(median)} (${number(min)}–${number(max)})`;
}

/** The median, for cells where the spread would be too much. */
export function middle(value) {
  return number(medianOf(value));
}

export function medianOf(value) {
  return typeof value === 'object' && value !== null ? value.median : value;
}

/** Two figures of one distribution in one cell. */
export function p50p99({ p50, p99 }) {
  return `${middle(p50)} / ${middle(p99)}`;
}
