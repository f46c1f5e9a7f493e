import { Module } from '@nestjs/common';
import { BootstrapTokens } from './bootstrap-tokens.js';
import { IssueTokenHandler } from './issue-token.handler.js';
import { OperatorsProjection } from './operators.projection.js';
import { RecordTokenUseHandler } from './record-token-use.handler.js';
import { TokenUse } from './token-use.js';

@Module({
  providers: [OperatorsProjection, BootstrapTokens, TokenUse, IssueTokenHandler, RecordTokenUseHandler],
  exports: [OperatorsProjection, BootstrapTokens, TokenUse],
})
export class OperatorsModule {}
