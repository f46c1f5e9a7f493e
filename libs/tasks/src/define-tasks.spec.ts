import { defineTasks } from './define-tasks.js';

describe('tasks', () => {
  it('are the functions that were given, frozen', () => {
    const greet = async () => undefined;
    const tasks = defineTasks({ greet, 'load-orders.v2': () => 1 });
    expect(tasks.greet).toBe(greet);
    expect(Object.isFrozen(tasks)).toBe(true);
  });

  it.each<[unknown, string]>([
    [undefined, 'not undefined'], [null, 'not null'], [[], 'not a list'], [() => 1, 'not function'], [{}, 'this one is empty'],
    [{ a: 1 }, 'the task "a" is no function but number'], [{ a: null }, 'but null'], [{ 'a b': () => 1 }, 'a task cannot be called "a b"'], [{ '-a': () => 1 }, 'begins with a letter or digit'],
  ])('cannot be %p', (tasks, message) => {
    expect(() => defineTasks(tasks as Parameters<typeof defineTasks>[0])).toThrow(message);
  });
});
