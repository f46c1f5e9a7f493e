import { sizeWords } from './size-words.js';

it.each([[0, '0 bytes'], [1, '1 byte'], [999, '999 bytes'], [4096, '4.1 kB'], [1_234_567_890, '1.2 GB'], [5e15, '5000.0 TB']])('says %d as %s', (bytes, words) => {
  expect(sizeWords(bytes)).toBe(words);
});
