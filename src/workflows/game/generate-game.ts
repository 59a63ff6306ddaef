import {
  allHandlersFinished,
  CancellationScope,
  condition,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ClosedJob, EndingJob, OpenedJob } from '../../activities/ports/job-port.js';
import type { JobRef } from '../../activities/ports/refs.js';
import type { RunAgentOutcome } from '../../activities/ports/agent-port.js';
import type { GenerationPlan, MessageToRead } from '../../activities/ports/plan-port.js';
import { message, paragraphs, type Message } from '../../contracts/messages/message.js';
import { SAVING_SEQ } from '../../contracts/durable/stream.js';
import type { PlayVerdict } from '../../contracts/game/play.js';
import type { CancelAnswer } from '../../contracts/rows/actions.js';
import type {
  AdmitAnswer,
  AdmitRequest,
  CancelRequest,
  GenerateGameInput,
  GenerateGameOutcome,
} from '../../contracts/durable/workflows.js';
import type { MessageReading } from '../../domain/generation/generation-plan.js';
import { answering, reading, shared } from '../common/activity-proxies.js';
import { designGame } from './design-game.js';
import { cancelledRun, failedRun, markEnd, markKind } from '../common/ends.js';
import { classifyFailure, type Failure, unlessCancelled } from '../common/failures.js';
import { openJob, queueMessage } from '../common/queueing.js';
import { admitRefused, admitUpdate, cancelUpdate, jobClosing } from '../common/writer-messages.js';
import { startQueued } from '../admit-queued.js';
import { startPushing } from '../pushing.js';
import { answerAfterPlay } from '../../domain/playing/played-game.js';
import { playAndRepair } from './repair-rounds.js';
import { startReplication } from '../replication.js';
import { startSearch } from '../search-game.js';
import { startNaming } from './after-publishing.js';
import { noProgress, type AgentWork } from './agent-attempts.js';
import { makeGame, type MadeGame } from './make-game.js';

/**
 * One chat message, from accepted to a committed version, an answer, or a clearly reported failure.
 * While it runs it is the project's only writer (A1). A failed or refused job is a failed workflow,
 * a cancelled one a cancelled workflow (I4).
 */
export async function generateGame(input: GenerateGameInput): Promise<GenerateGameOutcome> {
  const game = new GenerateGame(input);
  // An operator's cancel stops the work and is reported like any other end; the end itself cannot
  // be cancelled.
  return CancellationScope.nonCancellable(() => game.run());
}

class GenerateGame {
  private readonly ref: JobRef;
  private opened: OpenedJob | null = null;
  /** From here on, new callers wait for the end and come again (A5). */
  private closing = false;
  private workDone = false;
  private cancelsUnderWay = 0;
  private cancelled = false;
  /** A message waits for the end of this run (Q3). */
  private isAwaited = false;
  /** Cost of the job; null = it is open, or the cost is unknown. */
  private costUsd: number | null = null;
  /** What made the version or the answer. */
  private made: RunAgentOutcome | null = null;
  private readonly progress = noProgress();
  private readonly work = new CancellationScope();

  constructor(private readonly input: GenerateGameInput) {
    this.ref = { jobId: input.jobId, userId: input.userId, projectId: input.projectId };
    // What a caller asks for is not cancelled with the work.
    const shielded = <T>(work: () => Promise<T>) => CancellationScope.nonCancellable(work);
    setHandler(admitUpdate, (request) => shielded(() => this.admit(request)), {
      description: 'A message, restore or delete meets the writer of its project.',
    });
    setHandler(cancelUpdate, (request) => shielded(() => this.cancel(request)), {
      description: 'Stops this job before its commit point.',
    });
  }

  async run(): Promise<GenerateGameOutcome> {
    setCurrentDetails('受付中 (opening)');
    this.opened = await openJob(this.input);
    const worked = await this.workOn(this.opened);
    const outcome = { ...worked, ...this.facts() };
    const { ended, failure, detail = '' } = outcome;
    setCurrentDetails(`終了 (${ended}${failure ? `: ${failure}` : ''})`);
    markEnd(ended, failure ?? null, this.costUsd);
    this.closing = true;
    this.workDone = true;
    // Waiting callers are answered before the run ends, however it does (A5, I4).
    await condition(allHandlersFinished);
    if (this.isAwaited) await startQueued(this.ref);
    if (ended === 'cancelled') throw cancelledRun();
    if (failure !== undefined && ended !== 'existing')
      throw failedRun({ kind: failure, detail }, outcome);
    return outcome;
  }

  /** What an operator wants to know of the work besides, as far as it is known. */
  private facts(): Pick<GenerateGameOutcome, 'costUsd' | 'usage' | 'by' | 'build'> {
    const { usage, by } = this.made ?? { usage: null };
    const version = workflowInfo().currentDeploymentVersion;
    // A worker outside of a deployment names a build of its own making.
    const build = version?.deploymentName ? version.buildId : undefined;
    return {
      ...(this.costUsd === null ? {} : { costUsd: this.costUsd }),
      ...(usage === null ? {} : { usage }),
      ...(by === undefined ? {} : { by }),
      ...(build === undefined ? {} : { build }),
    };
  }

  private async workOn(opened: OpenedJob): Promise<GenerateGameOutcome> {
    // Callers with `jobStarted` before this read it off the run's end (I3).
    if (opened.outcome === 'refused') return { ended: 'refused', failure: opened.code };
    if (opened.outcome === 'queued') {
      this.isAwaited = true;
      return { ended: 'queued' };
    }
    if (opened.job.status !== 'pending' && opened.job.status !== 'processing')
      return { ended: 'existing' };
    try {
      return await this.work.run(() => this.generate());
    } catch (error) {
      // The cancel of an owner reaches the work through Temporal before it is answered here.
      await condition(() => this.cancelsUnderWay === 0);
      if (this.cancelled) return this.endCancelled();
      return this.fail(classifyFailure(error));
    }
  }

  private async generate(): Promise<GenerateGameOutcome> {
    const { content } = this.input;
    const plan = await this.plan();
    markKind(plan.kind);
    switch (plan.kind) {
      case 'generate':
        return this.makeVersion(plan);
      case 'chat': {
        setCurrentDetails('回答中 (answering)');
        const answer = await answering.answerQuestion({
          ...this.ref,
          content,
          ...(plan.language === undefined ? {} : { language: plan.language }),
        });
        return this.complete({
          ...chatEnd({ text: answer.message }, answer.suggestions),
          pendingQuestion: plan.look ?? null,
          generator: 'haiku',
        });
      }
      case 'question': {
        const { message: text, suggestions } = plan.question;
        return this.complete({
          ...chatEnd({ text }, suggestions),
          pendingQuestion: plan.question,
        });
      }
      case 'restoreProposal': {
        const { message, confirmLabel, cancelLabel } = plan.question;
        return this.complete({
          message: { text: message },
          suggestions: [],
          mode: 'restore',
          generator: 'claude',
          pendingQuestion: plan.question,
          event: { type: 'restoreProposal', message, confirmLabel, cancelLabel },
        });
      }
    }
  }

  /** The stream opens while the small model reads the message; a repair needs no reading. */
  private async plan(): Promise<GenerationPlan> {
    setCurrentDetails('内容を確認中 (planning)');
    const { content, selectedStyle, autoFix, skipStyleSelection, taken, sentBy } = this.input;
    const said = { ...this.ref, content, ...(skipStyleSelection && { skipStyleSelection }) };
    const [read] = await Promise.all([
      autoFix || taken ? null : readMessage(said),
      shared.startProcessing.executeWithOptions({ summary: 'Open the stream' }, [this.ref]),
    ]);
    if (taken) return taken.plan;
    return shared.planGeneration.executeWithOptions(
      { summary: 'Decide: game, answer, question or undo' },
      [{ ...said, selectedStyle, autoFix, reading: read, sentBy }],
    );
  }

  private async makeVersion(
    plan: Extract<GenerationPlan, { kind: 'generate' }>,
  ): Promise<GenerateGameOutcome> {
    const { request, parent, language = 'ja' } = plan.spec;
    const { jobTimeoutMs, listenerUrl } = this.input;
    const pendingQuestion = plan.look ?? null;
    const designed = plan.design ? await designGame(this.ref, plan.spec, plan.design) : plan.spec;
    const spec = { ...designed, ...(this.input.disableSkills && { disableSkills: true as const }) };
    const agent = { ref: this.ref, spec, jobTimeoutMs, listenerUrl, progress: this.progress };
    const { result, notes } = await this.makeOrTake(agent, plan);
    this.made = result;
    if (result.kind === 'answer') {
      const { suggestions, usage } = result;
      const said = result.message === '' ? message('ANSWER_EMPTY') : { text: result.message };
      return this.complete({ ...chatEnd(said, suggestions), pendingQuestion, usage, language });
    }
    const taken = this.input.taken?.play;
    const played = plan.play
      ? await playAndRepair({ agent, candidate: result, parentPlay: plan.play.parent, taken })
      : null;
    if (played?.end.kind === 'refuse')
      return this.fail({ kind: 'GameBroken', detail: played.end.detail });
    const candidate = played?.revision ?? result.revision;
    this.closing = true;
    setCurrentDetails('保存中 (publishing)');
    const { summary, suggestions, usage } = result;
    const said = summary === '' ? message('GAME_UPDATED_SUMMARY') : { text: summary };
    // A job that is taken up after its commit point has its version already: that one counts.
    const { revision } = await shared.publishRevision.executeWithOptions(
      { summary: `Commit point: ${candidate.slice(0, 7)}` },
      [
        {
          ...this.ref,
          revision: candidate,
          parent,
          subject: request,
          place: { attempt: this.progress.attempt, seq: SAVING_SEQ },
          ...(played ? { play: played.report } : {}),
        },
      ],
    );
    const outcome = await this.complete({
      message: paragraphs([...answerAfterPlay(said, played?.end.notes ?? []), ...notes]),
      suggestions,
      usage,
      pendingQuestion,
      mode: null,
      generator: 'claude',
      revision,
      event: { type: 'published', revision },
      ...(played ? { play: played.report } : {}),
      language,
    });
    await this.startHouseWork(plan, { revision, verdict: played?.report.verdict });
    return outcome;
  }

  /** What goes on beside the next job, and makes no version. */
  private async startHouseWork(
    { hasDefaultName, play }: Extract<GenerationPlan, { kind: 'generate' }>,
    { revision, verdict }: { revision: string; verdict: PlayVerdict | undefined },
  ): Promise<void> {
    const { attempt, usedVolume } = this.progress;
    if (hasDefaultName) await startNaming({ ...this.ref, revision, attempt });
    if (play?.isSearched && verdict === 'plays') await startSearch({ ...this.ref, revision });
    if (usedVolume) await startReplication(this.ref);
  }

  /** A rerun from its play on has the candidate of the job before it (E9). */
  private async makeOrTake(
    agent: AgentWork,
    { drawsSprites, attached }: Extract<GenerationPlan, { kind: 'generate' }>,
  ): Promise<MadeGame> {
    const { taken, sentBy } = this.input;
    const candidate = taken?.candidate;
    return candidate
      ? { result: { kind: 'candidate', usage: null, ...candidate }, notes: [] }
      : makeGame(agent, { drawsSprites: drawsSprites === true, attached, sentBy });
  }

  private async complete(
    end: Omit<
      Parameters<typeof shared.completeJob>[0],
      keyof EndingJob | 'revision' | 'pendingQuestion' | 'usage'
    > &
      Partial<
        Pick<Parameters<typeof shared.completeJob>[0], 'revision' | 'pendingQuestion' | 'usage'>
      >,
  ): Promise<GenerateGameOutcome> {
    this.closing = true;
    const { revision = null, pendingQuestion = null, usage = null } = end;
    const closed = await shared.completeJob.executeWithOptions(
      { summary: 'History line, row, completed' },
      [{ ...this.ending(), ...end, revision, pendingQuestion, usage }],
    );
    if (!closed) return { ended: 'existing' };
    await this.noteEnd(closed);
    return { ended: 'completed', ...(revision === null ? {} : { revision }) };
  }

  private ending(): EndingJob {
    const { attempt, backend } = this.progress;
    return { ...this.ref, attempt, ...(backend === null ? {} : { backend }) };
  }

  private async fail({
    kind,
    detail,
  }: Pick<Failure, 'kind' | 'detail'>): Promise<GenerateGameOutcome> {
    this.closing = true;
    setCurrentDetails(`失敗 (failing: ${kind})`);
    const closed = await shared.failJob.executeWithOptions({ summary: `Report ${kind}` }, [
      { ...this.ending(), kind, detail },
    ]);
    await this.noteEnd(closed);
    return { ended: closed ? 'failed' : 'existing', failure: kind, detail };
  }

  /** Its runs have stopped, and reported their cost. */
  private async endCancelled(): Promise<GenerateGameOutcome> {
    const closed = await shared.costOfJob.executeWithOptions(
      { summary: 'What the stopped job is counted with' },
      [this.ref],
    );
    if (typeof closed === 'number') this.costUsd = closed;
    else if (closed !== null) await this.noteEnd(closed);
    return { ended: 'cancelled' };
  }

  private async noteEnd(closed: ClosedJob): Promise<void> {
    if (typeof closed !== 'object') return;
    this.costUsd = closed.costUsd;
    this.isAwaited ||= closed.isAwaited === true;
    if (closed.push) await startPushing({ ...this.ref, event: closed.push });
  }

  private async admit(request: AdmitRequest): Promise<AdmitAnswer> {
    // A cancel may be in the row, and its caller answered, before it is known here (A5).
    await condition(() => this.opened !== null && this.cancelsUnderWay === 0);
    const opened = this.opened as OpenedJob;
    const isOwn = request.kind === 'generate' && request.messageId === this.input.messageId;
    if (isOwn && opened.outcome === 'refused') throw admitRefused(opened.code);
    if (isOwn && opened.outcome === 'queued')
      return { kind: 'queued', jobId: opened.jobId, place: opened.place };
    if (!isOwn && (this.closing || this.cancelled || opened.outcome !== 'opened')) {
      await condition(() => this.workDone);
      throw jobClosing();
    }
    if (opened.outcome === 'refused' || opened.outcome === 'queued') throw jobClosing();
    if (!isOwn && request.kind === 'generate') {
      const queued = await queueMessage(this.input, request);
      this.isAwaited ||= queued !== null;
      if (queued) return queued;
    }
    return {
      kind: 'generate',
      jobId: this.input.jobId,
      isExisting: !isOwn || opened.outcome === 'existing',
      job: opened.job,
    };
  }

  private async cancel({ jobId }: CancelRequest): Promise<CancelAnswer> {
    if (jobId !== this.input.jobId) return { outcome: 'otherJob' };
    await condition(() => this.opened !== null);
    if (this.workDone) return { outcome: 'tooLate' };
    this.cancelsUnderWay += 1;
    try {
      const outcome = await shared.cancelJob(this.ending());
      if (outcome === 'cancelled' && !this.cancelled) {
        this.cancelled = true;
        setCurrentDetails('停止中 (cancelling)');
        this.work.cancel();
      }
      return { outcome };
    } finally {
      this.cancelsUnderWay -= 1;
    }
  }
}

/** The end of a job that answers in words. */
function chatEnd(said: Message, suggestions: string[]) {
  return {
    message: said,
    suggestions,
    mode: 'chat',
    generator: 'claude',
    event: { type: 'chat', message: said, suggestions },
  } as const;
}

/** What the small model makes of the message; null = the keyword rules decide. */
function readMessage(message: MessageToRead): Promise<MessageReading | null> {
  const summary = 'The small model reads the message';
  const read = reading.readMessage.executeWithOptions({ summary }, [message]);
  return read.catch(unlessCancelled(() => null));
}
