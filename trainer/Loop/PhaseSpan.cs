namespace Anneal.Trainer.Loop;

/// <summary>A phase at its place in a run over a given number of rows.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Rows">The training rows.</param>
/// <param name="FirstEpoch">Epochs before it.</param>
/// <param name="FirstStep">Steps before it.</param>
internal sealed record PhaseSpan(Phase Phase, int Rows, int FirstEpoch, long FirstStep)
{
    /// <summary>Rows of a batch.</summary>
    public int Batch { get; } = Math.Min(Phase.Batch, Rows);

    /// <summary>Batches of a step.</summary>
    public int Accumulate { get; } = Phase.Graphs.Update.Accumulate;

    /// <summary>Rows of a step, unless it is an epoch's last.</summary>
    public long StepRows => (long)Batch * Accumulate;

    public int StepsPerEpoch => (int)((Rows + StepRows - 1) / StepRows);

    public int EndEpoch => FirstEpoch + Phase.Epochs;

    public long EndStep => FirstStep + ((long)Phase.Epochs * StepsPerEpoch);

    /// <summary>Places phases one after another.</summary>
    public static PhaseSpan[] Of(IEnumerable<Phase> phases, int rows)
    {
        var spans = new List<PhaseSpan>();
        foreach (Phase phase in phases)
        {
            spans.Add(new PhaseSpan(phase, rows, spans.Count == 0 ? 0 : spans[^1].EndEpoch, spans.Count == 0 ? 0 : spans[^1].EndStep));
        }

        return [.. spans];
    }

    /// <summary>The learning rate of a step.</summary>
    public float RateAt(in LoopState state) => (float)(Phase.Schedule.At(state.Step - FirstStep, StepsPerEpoch) * state.Plateau.Factor);

    /// <summary>The rows of the step that a state is before.</summary>
    public int RowsOf(in LoopState state) => (int)Math.Min(StepRows, Rows - (state.StepInEpoch * StepRows));
}
