using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Optimizers;

/// <summary>How training changes the parameters: an update rule inside the step's graph, or a method that asks the graph for losses or gradients.</summary>
/// <param name="Name">The method's name in configurations and files.</param>
public abstract record Optimizer(string Name)
{
    /// <summary>Stochastic gradient descent: W ← W - lr·G.</summary>
    /// <param name="weightDecay">L2 factor, added to the gradient as weightDecay·W.</param>
    /// <returns>The rule.</returns>
    public static UpdateRule Sgd(float weightDecay = 0) => new("sgd", "SgdStep", [], false, Attributes.Of(("weight_decay", weightDecay)));

    /// <summary>Momentum in one of its forms.</summary>
    /// <param name="momentum">The share of the velocity that is kept, in [0, 1).</param>
    /// <param name="weightDecay">L2 factor, added to the gradient as weightDecay·W.</param>
    /// <param name="form">The form.</param>
    /// <returns>The rule.</returns>
    public static UpdateRule Momentum(float momentum = 0.9f, float weightDecay = 0, MomentumForm form = MomentumForm.Velocity)
    {
        (string op, bool usesStep) = form switch
        {
            MomentumForm.Average => ("AverageMomentumStep", true),
            MomentumForm.Nesterov => ("NesterovStep", false),
            MomentumForm.LookAhead => ("LookAheadStep", false),
            _ => ("MomentumStep", false),
        };
        return new("momentum", op, ["v"], usesStep, Attributes.Of(("momentum", momentum), ("weight_decay", weightDecay)))
        {
            LookAhead = form == MomentumForm.LookAhead ? momentum : 0,
        };
    }

    /// <summary>Adagrad: H ← H + G², W ← W - lr·G / (√H + epsilon).</summary>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="weightDecay">L2 factor, added to the gradient as weightDecay·W.</param>
    /// <returns>The rule.</returns>
    /// <seealso href="https://jmlr.org/papers/v12/duchi11a.html">Duchi, Hazan and Singer (2011)</seealso>
    public static UpdateRule Adagrad(float epsilon = 1e-10f, float weightDecay = 0) =>
        new("adagrad", "AdagradStep", ["h"], false, Attributes.Of(("epsilon", epsilon), ("weight_decay", weightDecay)));

    /// <summary>RMSprop: S ← decay·S + (1-decay)·G², B ← momentum·B + G / (√S + epsilon), W ← W - lr·B.</summary>
    /// <param name="decay">Decay of the mean of squares, in [0, 1).</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="momentum">The share of the last step that is kept, in [0, 1).</param>
    /// <param name="centered">Whether the square of the mean gradient is taken off the mean square.</param>
    /// <param name="weightDecay">L2 factor, added to the gradient as weightDecay·W.</param>
    /// <returns>The rule.</returns>
    /// <seealso href="https://arxiv.org/abs/1308.0850">Graves (2013)</seealso>
    public static UpdateRule Rmsprop(float decay = 0.99f, float epsilon = 1e-8f, float momentum = 0, bool centered = false, float weightDecay = 0) => new(
        "rmsprop",
        "RmspropStep",
        ["s", "a", "b"],
        false,
        Attributes.Of(("decay", decay), ("epsilon", epsilon), ("momentum", momentum), ("centered", centered ? 1f : 0f), ("weight_decay", weightDecay)));

    /// <summary>Adam.</summary>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    /// <param name="weightDecay">L2 factor, added to the gradient as weightDecay·W.</param>
    /// <param name="correctsBias">Whether the moments are divided by what they lack because they begin at zero.</param>
    /// <returns>The rule.</returns>
    /// <seealso href="https://arxiv.org/abs/1412.6980">Kingma and Ba, Adam</seealso>
    public static UpdateRule Adam(float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float weightDecay = 0, bool correctsBias = true)
    {
        Attributes attributes = Attributes.Of(("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon), ("weight_decay", weightDecay));
        return correctsBias
            ? new("adam", "AdamStep", ["m", "v"], true, attributes)
            : new("adam", "AdamWStep", ["m", "v"], true, attributes.With("decoupled_decay", 0f).With("bias_correction", 0f));
    }

    /// <summary>AdamW: Adam whose decay, W ← W - lr·weightDecay·W, stays out of the moments.</summary>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the corrected second moment.</param>
    /// <param name="weightDecay">The decay.</param>
    /// <returns>The rule.</returns>
    /// <seealso href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter (2017)</seealso>
    public static UpdateRule AdamW(float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float weightDecay = 0.01f) => new(
        "adamw",
        "AdamWStep",
        ["m", "v"],
        true,
        Attributes.Of(
            ("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon), ("weight_decay", 0f), ("decoupled_decay", weightDecay), ("bias_correction", 1f)))
    {
        Decay = "decoupled_decay",
    };

    /// <summary>Nadam: Adam with Nesterov's look at the next moment.</summary>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the corrected second moment.</param>
    /// <param name="weightDecay">L2 factor, added to the gradient as weightDecay·W.</param>
    /// <returns>The rule.</returns>
    /// <seealso href="https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ">Dozat (2016)</seealso>
    public static UpdateRule Nadam(float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float weightDecay = 0) => new(
        "nadam", "NadamStep", ["m", "v"], true, Attributes.Of(("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon), ("weight_decay", weightDecay)));

    /// <summary>Lion: steps of one size along the sign of a mean gradient, with decoupled decay.</summary>
    /// <param name="beta1">The mean's share in the direction, in [0, 1).</param>
    /// <param name="beta2">Decay of the mean, in [0, 1).</param>
    /// <param name="weightDecay">The decay.</param>
    /// <returns>The rule.</returns>
    /// <seealso href="https://arxiv.org/abs/2302.06675">Chen et al. (2023)</seealso>
    public static UpdateRule Lion(float beta1 = 0.9f, float beta2 = 0.99f, float weightDecay = 0) =>
        new("lion", "LionStep", ["m"], false, Attributes.Of(("beta1", beta1), ("beta2", beta2), ("weight_decay", weightDecay)));
}
