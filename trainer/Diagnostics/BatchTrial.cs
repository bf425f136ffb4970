namespace Anneal.Trainer.Diagnostics;

/// <summary>What steps of one batch size showed.</summary>
/// <param name="Batch">Rows of a step.</param>
/// <param name="RowsPerSecond">Rows that training takes in a second.</param>
/// <param name="Bytes">What the steps took of the memory that is limited, in bytes; 0 where that is not measured but runs out.</param>
public sealed record BatchTrial(int Batch, double RowsPerSecond, long Bytes);
