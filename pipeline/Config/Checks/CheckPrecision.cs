using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>The engine and each phase's optimizer can train in the precision.</summary>
internal sealed class CheckPrecision : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["train"];

    public void Check(CheckContext context)
    {
        TrainOptions train = context.Options.Train;
        if (train.Precision != PrecisionKind.Fp16 && train.LossScale is not null)
        {
            context.KeyError("train.loss_scale", "has no use here: only 'precision: fp16' scales the loss");
        }

        if (train.Precision == PrecisionKind.Float32)
        {
            return;
        }

        if (train.Engine == EngineKind.Simd)
        {
            context.Error("train.precision", "the engine simd computes in float32: must be float32, or set 'engine: ort'");
        }

        IReadOnlyList<PhaseOptions> phases = train.AllPhases();
        for (int i = 0; i < phases.Count; i++)
        {
            if (phases[i].Optimizer is LbfgsOptions or GeneticOptions)
            {
                context.Error(train.PathOf(i) + ".optimizer", "compares losses more closely than half precision tells them apart: 'train.precision' must be float32");
            }
        }
    }
}
