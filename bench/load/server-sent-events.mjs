/** The `data` of each server-sent event of a body, as JSON. */
export async function* eventsIn(body) {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const events = rest.split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const line = event.split('\n').find((each) => each.startsWith('data: '));
      if (line !== undefined) yield JSON.parse(line.slice('data: '.length));
    }
  }
}
