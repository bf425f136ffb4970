using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Optimizers;

/// <summary>Dynamic scaling of the loss, so that gradients in float16 are neither lost nor too large: a step whose gradients are not finite is skipped.</summary>
/// <param name="Initial">The first scale; a power of two changes no digit of a gradient.</param>
/// <param name="Interval">Good steps after which the scale is doubled. It is halved by a skipped step.</param>
/// <seealso href="https://arxiv.org/abs/1710.03740">Micikevicius et al., Mixed Precision Training (2018)</seealso>
public sealed record LossScaling(float Initial = 65536, int Interval = 2000)
{
    /// <summary>The state that is the scale.</summary>
    public const string Scale = "loss_scale";

    /// <summary>The state that counts good steps since the scale changed.</summary>
    public const string Good = "loss_scale.good";

    /// <summary>The state that counts the run's skipped steps.</summary>
    public const string Skipped = "loss_scale.skipped";

    /// <summary>The state that counts the phase's skipped steps: the optimizer's time leaves them out.</summary>
    public const string SkippedInPhase = "loss_scale.skipped_in_phase";

    /// <summary>What a step keeps, with first values.</summary>
    public IReadOnlyList<(string Name, Tensor Initial)> State =>
        [(Scale, Tensor.Scalar(Initial)), (Good, Tensor.Scalar(0L)), (Skipped, Tensor.Scalar(0L)), (SkippedInPhase, Tensor.Scalar(0L))];

    /// <summary>The states that go on from phase to phase.</summary>
    public static IReadOnlyList<string> Carried { get; } = [Scale, Good, Skipped];
}
