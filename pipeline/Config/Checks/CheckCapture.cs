using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>A step that has to be captured can be: on CUDA, by an optimizer whose update is part of the step.</summary>
internal sealed class CheckCapture : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["train"];

    public void Check(CheckContext context)
    {
        TrainOptions train = context.Options.Train;
        if (train.Capture != CaptureKind.On)
        {
            return;
        }

        if (train.Engine == EngineKind.Simd || train.Device == DeviceKind.Cpu)
        {
            context.Error("train.capture", "only CUDA captures steps: must be auto or off, or set 'engine: ort' and 'device: cuda'");
        }

        IReadOnlyList<PhaseOptions> phases = train.AllPhases();
        for (int i = 0; i < phases.Count; i++)
        {
            if (phases[i].Optimizer is LbfgsOptions or GeneticOptions)
            {
                context.Error(train.PathOf(i) + ".optimizer", "evaluates the model many times in a step and updates it outside: 'train.capture' must be auto or off");
            }
        }
    }
}
