import { Module } from '@nestjs/common';
import { BootstrapTokens } from './bootstrap-tokens.js';
import { IssueTokenHandler } from './issue-token.handler.js';
import { OperatorsController } from './operators.controller.js';
import { OperatorsProjection } from './operators.projection.js';
import { RecordTokenUseHandler } from './record-token-use.handler.js';
import { RevokeTokensHandler } from './revoke-tokens.handler.js';
import { TokenUse } from './token-use.js';

@Module({
  controllers: [OperatorsController],
  providers: [OperatorsProjection, BootstrapTokens, TokenUse, IssueTokenHandler, RevokeTokensHandler, RecordTokenUseHandler],
  exports: [OperatorsProjection, BootstrapTokens, TokenUse],
})
export class OperatorsModule {}
