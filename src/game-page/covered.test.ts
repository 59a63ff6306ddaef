import vm from 'node:vm';
import { expect, it } from 'vitest';
import { pageProgram } from './programs.js';

/** The frame's script in a page whose sounds do what they are asked at once. */
function openPage() {
  const heard: ((event: object) => void)[] = [];
  class Sound {
    state = 'running';
    suspend = (): void => void (this.state = 'suspended');
    resume = (): void => void (this.state = 'running');
  }
  class Media {
    paused = true;
    async play(): Promise<void> {
      this.paused = false;
    }
    pause(): void {
      this.paused = true;
    }
  }
  const store = { getItem: () => null };
  const page: Record<string, unknown> = {
    addEventListener: (type: string, hear: (event: object) => void) =>
      type === 'message' && heard.push(hear),
    console: { error: () => undefined },
    document: { documentElement: { dataset: {} } },
    localStorage: store,
    sessionStorage: store,
    parent: { postMessage: () => undefined },
    AudioContext: Sound,
    HTMLMediaElement: Media,
  };
  page['window'] = page;
  const context = vm.createContext(page);
  vm.runInContext(pageProgram('frame'), context);
  return {
    run: (code: string): unknown => vm.runInContext(code, context),
    cover: (isCovered: boolean, source: unknown = page['parent']): void =>
      heard.forEach((hear) => hear({ source, data: { type: 'covered', isCovered } })),
  };
}

it('a game that is covered is silent, and what played goes on when it is seen again', () => {
  const page = openPage();
  page.run(`
    const sounds = [new AudioContext(), new AudioContext()];
    sounds[1].suspend();
    const [music, other] = [new HTMLMediaElement(), new HTMLMediaElement()];
    void music.play(); void other.play(); other.pause();
  `);
  const seen = () =>
    page.run('[...sounds.map((each) => each.state), music.paused, other.paused].join()');
  page.cover(true, {});
  expect(seen()).toBe('running,suspended,false,true');
  page.cover(true);
  expect(seen()).toBe('suspended,suspended,true,true');
  page.cover(false);
  expect(seen()).toBe('running,suspended,false,true');
});
