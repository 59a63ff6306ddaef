import { z } from 'zod';
import { Uuid } from '../base/ids.js';
import type { ActionOutcome, WriterAction } from '../rows/actions.js';

/** A game has few settings: these are hints of a stranger, and a person has to read them all. */
export const MAX_SETTINGS = 12;
const MAX_LABEL_CHARS = 60;
const MAX_CHOICES = 12;

/** A name that no object has by itself: games use these as keys. */
const SettingName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/)
  .refine((name) => !(name in Object.prototype));
const Color = z.string().regex(/^#[0-9a-fA-F]{6}$/);
const Label = z.string().min(1).max(MAX_LABEL_CHARS);
const shown = { name: SettingName, label: Label.optional().catch(undefined) };

const NumberSetting = z
  .object({
    ...shown,
    kind: z.literal('number'),
    min: z.number(),
    max: z.number(),
    step: z.number().positive().optional().catch(undefined),
    value: z.number(),
  })
  .refine(({ min, max, value }) => min < max && min <= value && value <= max);
const ChoiceSetting = z
  .object({
    ...shown,
    kind: z.literal('choice'),
    options: z.array(Label).min(2).max(MAX_CHOICES),
    value: Label,
  })
  .refine(({ options, value }) => options.includes(value));

/** What a game lets a person tune without a run. */
export const Setting = z
  .union([
    NumberSetting,
    ChoiceSetting,
    z.object({ ...shown, kind: z.literal('color'), value: Color }),
    z.object({ ...shown, kind: z.literal('boolean'), value: z.boolean() }),
  ])
  .meta({ id: 'Setting' });
export type Setting = z.infer<typeof Setting>;

export const SettingValue = z.union([z.number(), z.boolean(), z.string().max(MAX_LABEL_CHARS)]);
export type SettingValue = z.infer<typeof SettingValue>;
export type SettingValues = Readonly<Record<string, SettingValue>>;

/** `PUT /api/projects/:id/settings`; `actionId` names this call: sent twice it is done once. */
export const SettingsBody = z.looseObject({
  actionId: Uuid.optional(),
  values: z.record(z.string().max(40), SettingValue),
});

export type SettingsRequest = z.infer<typeof SettingsBody>;

/** Its `messageId` is the action's own id. */
export interface TuneGameInput extends WriterAction {
  values: SettingValues;
}

/** `isNew` = a version was made; else the game had these values already. */
export const TunedVersion = z.object({ revision: z.string(), isNew: z.boolean() });
export type TunedVersion = z.infer<typeof TunedVersion>;
/** `isSearched`: its plays are searched afterwards (P3). */
export type TuneOutcome = ActionOutcome<TunedVersion> & { isSearched?: true };
