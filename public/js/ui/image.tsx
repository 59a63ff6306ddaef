/** An image that may be missing. */
import { useSignal } from '@preact/signals';

interface ImageProps {
  /** The next one is shown where one cannot be loaded; after the last one there is no image. */
  sources: readonly (string | null | undefined)[];
  alt: string;
  class?: string;
  width?: number;
  height?: number;
  loading?: 'lazy';
  decoding?: 'async';
}

export function Image({ sources, ...rest }: ImageProps) {
  const failed = useSignal(0);
  const src = sources.filter((each) => typeof each === 'string')[failed.value];
  const fail = () => (failed.value += 1);
  return src === undefined ? null : <img {...rest} src={src} onError={fail} />;
}
