import { isGrpcServiceError } from '@temporalio/client';

/** The gRPC status codes that the product distinguishes. */
const GRPC = { invalidArgument: 3, notFound: 5, alreadyExists: 6, unavailable: 14 } as const;

/** Whether a Temporal server has answered with this code. */
export const hasGrpcCode = (error: unknown, code: keyof typeof GRPC): boolean =>
  isGrpcServiceError(error) && Number(error.code) === GRPC[code];
