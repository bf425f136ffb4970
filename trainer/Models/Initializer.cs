namespace Anneal.Trainer.Models;

/// <summary>How a weight begins: a distribution whose spread follows from the fan-in and fan-out.</summary>
/// <remarks>Draws come from the counter-based generator keyed by seed and parameter name, in double, so that they do not depend on order or machine width.</remarks>
public enum Initializer
{
    /// <summary>He normal for Relu and its kin, LeCun normal for linear, Glorot uniform for the rest.</summary>
    Auto,

    /// <summary>Normal of variance 2 / fan-in (He et al. 2015).</summary>
    HeNormal,

    /// <summary>Uniform of variance 2 / fan-in.</summary>
    HeUniform,

    /// <summary>Normal of variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010).</summary>
    GlorotNormal,

    /// <summary>Uniform of variance 2 / (fan-in + fan-out).</summary>
    GlorotUniform,

    /// <summary>Normal of variance 1 / fan-in (LeCun et al. 1998).</summary>
    LecunNormal,

    /// <summary>Uniform of variance 1 / fan-in.</summary>
    LecunUniform,

    /// <summary>All zeros.</summary>
    Zeros,
}
