import {
  allHandlersFinished,
  CancellationScope,
  condition,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { GenerationPlan, JobRef, OpenedJob } from '../activities/ports.js';
import type {
  AdmitAnswer,
  AdmitRequest,
  CancelAnswer,
  CancelRequest,
  GenerateGameInput,
  GenerateGameOutcome,
} from '../contracts/workflows.js';
import { answering, shared } from './activity-proxies.js';
import { classifyFailure } from './failures.js';
import { admitRefused, admitUpdate, cancelUpdate, jobClosing } from './writer-messages.js';
import { startReplication } from './replication.js';
import { runAgent, type AgentProgress } from './agent-attempts.js';

/** A caller waits this long for its `admit`; afterwards it listens to the stream instead (A6). */
const ADMIT_PATIENCE_MS = 4_000;

/**
 * One chat message, from accepted to a committed version, an answer, or a clearly reported failure.
 * While it runs it is the project's only writer (A1).
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
  private cancelled = false;
  private readonly progress: AgentProgress = { attempt: 0, usedModal: false };
  private readonly work = new CancellationScope();

  constructor(private readonly input: GenerateGameInput) {
    this.ref = { jobId: input.jobId, userId: input.userId, projectId: input.projectId };
    setHandler(admitUpdate, (request) => this.admit(request), {
      description: 'A message, restore or delete meets the writer of its project.',
    });
    setHandler(cancelUpdate, (request) => this.cancel(request), {
      description: 'Stops this job before its commit point.',
    });
  }

  async run(): Promise<GenerateGameOutcome> {
    setCurrentDetails('受付中 (opening)');
    this.opened = await shared.openJob.executeWithOptions(
      { summary: 'Insert the job row and the chat line' },
      [{ ...this.ref, content: this.input.content, maxQueuedJobs: this.input.maxQueuedJobs }],
    );
    const outcome = await this.workOn(this.opened);
    setCurrentDetails(`終了 (${outcome.ended}${outcome.failure ? `: ${outcome.failure}` : ''})`);
    this.closing = true;
    this.workDone = true;
    await condition(allHandlersFinished);
    return outcome;
  }

  private async workOn(opened: OpenedJob): Promise<GenerateGameOutcome> {
    if (opened.outcome === 'refused') {
      const waitedMs = Date.now() - workflowInfo().startTime.getTime();
      if (waitedMs > ADMIT_PATIENCE_MS)
        await shared.reportRefusal({ ...this.ref, kind: opened.code });
      return { ended: 'refused', failure: opened.code };
    }
    if (opened.job.status !== 'pending' && opened.job.status !== 'processing')
      return { ended: 'existing' };
    try {
      return await this.work.run(() => this.generate());
    } catch (error) {
      if (this.cancelled) return { ended: 'cancelled' };
      return this.fail(error);
    }
  }

  private async generate(): Promise<GenerateGameOutcome> {
    setCurrentDetails('内容を確認中 (planning)');
    const { content, selectedStyle, autoFix } = this.input;
    const plan = await shared.planGeneration.executeWithOptions(
      { summary: 'Decide: game, answer, question or undo' },
      [{ ...this.ref, content, selectedStyle, autoFix }],
    );
    switch (plan.kind) {
      case 'generate':
        return this.makeVersion(plan);
      case 'chat': {
        setCurrentDetails('回答中 (answering)');
        const answer = await answering.answerQuestion({ ...this.ref, content });
        return this.complete({
          ...answer,
          mode: 'chat',
          generator: 'haiku',
          event: { type: 'chat', ...answer },
        });
      }
      case 'question': {
        const { message, suggestions } = plan.question;
        return this.complete({
          message,
          suggestions,
          mode: 'chat',
          generator: 'claude',
          pendingQuestion: plan.question,
          event: { type: 'chat', message, suggestions },
        });
      }
      case 'restoreProposal': {
        const { message, confirmLabel, cancelLabel } = plan.question;
        return this.complete({
          message,
          suggestions: [],
          mode: 'restore',
          generator: 'claude',
          pendingQuestion: plan.question,
          event: { type: 'restoreProposal', message, confirmLabel, cancelLabel },
        });
      }
    }
  }

  private async makeVersion(
    plan: Extract<GenerationPlan, { kind: 'generate' }>,
  ): Promise<GenerateGameOutcome> {
    const { request, parent } = plan.spec;
    const result = await runAgent({
      ref: this.ref,
      spec: plan.spec,
      jobTimeoutMs: this.input.jobTimeoutMs,
      progress: this.progress,
    });
    if (result.kind === 'answer') {
      const { message, suggestions, usage } = result;
      return this.complete({
        message,
        suggestions,
        usage,
        mode: 'chat',
        generator: 'claude',
        event: { type: 'chat', message, suggestions },
      });
    }
    this.closing = true;
    setCurrentDetails('保存中 (publishing)');
    const { revision, summary, suggestions, usage } = result;
    await shared.publishRevision.executeWithOptions(
      { summary: `Commit point: ${revision.slice(0, 7)}` },
      [{ ...this.ref, revision, parent, subject: request }],
    );
    const outcome = await this.complete({
      message: summary,
      suggestions,
      usage,
      mode: null,
      generator: 'claude',
      revision,
      event: { type: 'published', revision },
    });
    if (plan.hasDefaultName) await this.startNaming(revision);
    if (this.progress.usedModal) await startReplication(this.ref);
    return outcome;
  }

  private async complete(
    end: Omit<
      Parameters<typeof shared.completeJob>[0],
      keyof JobRef | 'attempt' | 'revision' | 'pendingQuestion' | 'usage'
    > &
      Partial<
        Pick<Parameters<typeof shared.completeJob>[0], 'revision' | 'pendingQuestion' | 'usage'>
      >,
  ): Promise<GenerateGameOutcome> {
    this.closing = true;
    const { revision = null, pendingQuestion = null, usage = null } = end;
    const closed = await shared.completeJob.executeWithOptions(
      { summary: 'History line, row, completed' },
      [{ ...this.ref, ...end, revision, pendingQuestion, usage, attempt: this.progress.attempt }],
    );
    if (!closed) return { ended: 'existing' };
    return { ended: 'completed', ...(revision === null ? {} : { revision }) };
  }

  private async fail(error: unknown): Promise<GenerateGameOutcome> {
    this.closing = true;
    const { kind, detail } = classifyFailure(error);
    setCurrentDetails(`失敗 (failing: ${kind})`);
    const closed = await shared.failJob.executeWithOptions({ summary: `Report ${kind}` }, [
      { ...this.ref, attempt: this.progress.attempt, kind, detail },
    ]);
    return { ended: closed ? 'failed' : 'existing', failure: kind };
  }

  /** A child that outlives this run and never touches the repository. */
  private async startNaming(revision: string): Promise<void> {
    await startChild<typeof nameProject>('nameProject', {
      workflowId: `name/${this.input.jobId}`,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{ ...this.ref, revision, attempt: this.progress.attempt }],
    });
  }

  private async admit(request: AdmitRequest): Promise<AdmitAnswer> {
    await condition(() => this.opened !== null);
    const opened = this.opened as OpenedJob;
    const isOwn = request.kind === 'generate' && request.messageId === this.input.messageId;
    if (isOwn && opened.outcome === 'refused') throw admitRefused(opened.code);
    if (!isOwn && (this.closing || this.cancelled || opened.outcome !== 'opened')) {
      await condition(() => this.workDone);
      throw jobClosing();
    }
    if (opened.outcome === 'refused') throw jobClosing();
    if (!isOwn && request.kind === 'generate') {
      await shared.noteMessage({
        projectId: this.input.projectId,
        messageId: request.messageId,
        content: request.content,
      });
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
    const outcome = await shared.cancelJob({ ...this.ref, attempt: this.progress.attempt });
    if (outcome === 'cancelled' && !this.cancelled) {
      this.cancelled = true;
      setCurrentDetails('停止中 (cancelling)');
      this.work.cancel();
    }
    return { outcome };
  }
}

/** Gives a project that still has the default name the title of its first game. */
export async function nameProject(
  input: JobRef & { revision: string; attempt: number },
): Promise<{ name: string } | null> {
  return shared.nameProject(input);
}
