// Loaded into a process with `node --import`: its wall clock is off, and jumps once more at each SIGUSR2. Monotonic clocks go on as they are.
let offMs = Number(process.env.TEST_CLOCK_OFF_MS ?? 0);
const jumpMs = Number(process.env.TEST_CLOCK_JUMP_MS ?? 0);
const TrueDate = Date;

globalThis.Date = class Date extends TrueDate {
  constructor(...given) {
    super(...(given.length === 0 ? [TrueDate.now() + offMs] : given));
  }

  static now() {
    return TrueDate.now() + offMs;
  }
};

process.on('SIGUSR2', () => {
  offMs += jumpMs;
});
