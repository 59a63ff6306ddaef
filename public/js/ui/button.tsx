/** Buttons in views of Preact. */
import { useSignal } from '@preact/signals';
import type { ButtonHTMLAttributes, Ref } from 'preact';
import { Icon } from './icon.tsx';
import type { IconName } from './icons.js';

interface ButtonProps extends Omit<ButtonHTMLAttributes, 'role' | 'icon' | 'size'> {
  icon?: IconName;
  /** Pixels of the icon. */
  size?: number;
  ref?: Ref<HTMLButtonElement>;
}

/** A button with what stands on it, behind its icon. */
export function Button({ icon, size = 16, children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest}>
      {icon && <Icon name={icon} size={size} />}
      {children}
    </button>
  );
}

/** A button that shows an icon alone. */
export function IconButton({ label, ...rest }: ButtonProps & { label: string }) {
  return <Button class="icon-button" aria-label={label} title={label} size={20} {...rest} />;
}

/** A button that is busy, and not disabled, which would lose the focus, while its work goes on. */
export function BusyButton({ run, ...rest }: ButtonProps & { run: () => Promise<unknown> }) {
  const isBusy = useSignal(false);
  const press = async (): Promise<void> => {
    if (isBusy.value) return;
    isBusy.value = true;
    await run().finally(() => {
      isBusy.value = false;
    });
  };
  return <Button {...rest} aria-busy={isBusy.value || undefined} onClick={() => void press()} />;
}
