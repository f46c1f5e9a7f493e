const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes as people read it: `812 bytes`, `4.1 kB`, `1.2 GB`. */
export function sizeWords(bytes: number): string {
  let rest = bytes;
  let words = `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  for (const unit of UNITS) {
    if (rest < 1000) break;
    rest /= 1000;
    words = `${rest.toFixed(1)} ${unit}`;
  }
  return words;
}
