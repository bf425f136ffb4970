using Anneal.Trainer.Diagnostics;

namespace Anneal.Pipeline.Runs;

/// <summary>A batch size that was found for a run.</summary>
/// <param name="Path">The key that has it, such as <c>train.batch</c>.</param>
/// <param name="Batch">Rows of a step.</param>
/// <param name="Ended">Why nothing larger was tried.</param>
/// <param name="Trials">What was tried.</param>
internal sealed record BatchRecord(string Path, int Batch, string Ended, IReadOnlyList<BatchTrial> Trials);
