namespace Anneal.Trainer.Models;

/// <summary>An element-wise function after a layer.</summary>
public enum Activation
{
    /// <summary>None.</summary>
    Linear,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x where positive, x/100 elsewhere.</summary>
    LeakyRelu,

    /// <summary>x where positive, eˣ - 1 elsewhere (Clevert et al. 2015).</summary>
    Elu,

    /// <summary>λx where positive, λα(eˣ - 1) elsewhere, with the constants that keep mean 0 and variance 1 (Klambauer et al. 2017).</summary>
    Selu,

    /// <summary>max(x, 0) + min(0, eˣ - 1) (Barron 2017).</summary>
    Celu,

    /// <summary>x·Φ(x), with Φ the normal distribution (Hendrycks and Gimpel 2016).</summary>
    Gelu,

    /// <summary>x / (1 + e⁻ˣ) (Ramachandran et al. 2017).</summary>
    Swish,

    /// <summary>Another name of <see cref="Swish"/>.</summary>
    Silu,

    /// <summary>x·tanh(softplus(x)) (Misra 2019).</summary>
    Mish,

    /// <summary>ln(1 + eˣ).</summary>
    Softplus,

    /// <summary>x / (1 + |x|).</summary>
    Softsign,

    /// <summary>x where above 1, 0 elsewhere.</summary>
    ThresholdedRelu,

    /// <summary>max(0, min(1, x/5 + 1/2)).</summary>
    HardSigmoid,

    /// <summary>x·max(0, min(1, x/6 + 1/2)) (Howard et al. 2019).</summary>
    HardSwish,

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    Sigmoid,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,
}
