namespace Anneal.Trainer.Loop;

/// <summary>What an epoch gave.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">Steps done in all.</param>
/// <param name="Rate">The learning rate of its last step.</param>
/// <param name="Train">Metrics over the training rows as they were trained on, dropout included.</param>
/// <param name="Validation">Metrics on the validation rows after the epoch.</param>
public sealed record EpochRecord(int Epoch, long Step, float Rate, Metrics Train, Metrics Validation);
