/** What an empty chat shows: a greeting and three ideas, other ones each time. */
import { useMemo } from 'preact/hooks';
import { someExamples } from '../texts/examples.js';
import { text } from '../texts/index.js';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';

const SHOWN = 3;

/** `onChoose` gets the sentence for the input. */
export function Welcome({ onChoose }: { onChoose: (request: string) => void }) {
  const examples = useMemo(() => someExamples(SHOWN), []);
  return (
    <div class="welcome">
      <div class="welcome-icon">
        <Icon name="phone" size={36} />
      </div>
      <h2>{text.welcomeTitle}</h2>
      <p class="welcome-text">
        {text.welcomeLine1}
        <br />
        {text.welcomeLine2}
      </p>
      <p class="welcome-hint">{text.welcomeExamples}</p>
      <div class="welcome-chips">
        {examples.map(({ label, request }) => (
          <Button key={label} class="chip example-chip" onClick={() => onChoose(request)}>
            {label}
          </Button>
        ))}
      </div>
    </div>
  );
}
