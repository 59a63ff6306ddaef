/** The box for a wish, and ideas for one. */
import { useMemo } from 'preact/hooks';
import { someExamples } from '../texts/examples.js';
import { text } from '../texts/index.js';
import { Button } from '../ui/button.tsx';
import { isComposing } from '../ui/dom.js';
import type { WishBox } from './wish-box.ts';

const IDEAS = 6;

export function WishView({ box }: { box: WishBox }) {
  const { content, isBusy, problem, input } = box;
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    void box.submit();
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void box.submit();
  };
  return (
    <>
      <form class="wish-box" onSubmit={submit}>
        <textarea
          ref={input}
          id="wishInput"
          class="wish-input"
          rows={2}
          value={content.value}
          readOnly={isBusy.value}
          placeholder={text.wishPlaceholder}
          aria-label={text.wishLabel}
          aria-describedby="wishProblem"
          aria-invalid={problem.value !== null}
          autoComplete="off"
          enterkeyhint="go"
          onInput={({ currentTarget }) => (content.value = currentTarget.value)}
          onKeyDown={press}
        />
        <button class="button primary" aria-busy={isBusy.value || undefined}>
          {isBusy.value ? text.creating : text.create}
        </button>
      </form>
      <p id="wishProblem" class="wish-problem" role="alert">
        {problem.value}
      </p>
      <Ideas onChoose={(request) => box.write(request)} />
    </>
  );
}

function Ideas({ onChoose }: { onChoose: (request: string) => void }) {
  const ideas = useMemo(() => someExamples(IDEAS), []);
  return (
    <div class="wish-ideas" role="group" aria-label={text.wishIdeas}>
      {ideas.map(({ label, request }) => (
        <Button key={label} class="chip" onClick={() => onChoose(request)}>
          {label}
        </Button>
      ))}
    </div>
  );
}
