namespace Anneal.Trainer.Models;

/// <summary>The distribution that a weight begins with.</summary>
public enum Initializer
{
    /// <summary>Chosen by the activation: He normal for Relu and its kin, LeCun normal for linear and Selu, Glorot uniform for what saturates.</summary>
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

    /// <summary>As a matrix of the first dimension by the rest: orthonormal rows, or columns where those are fewer (Saxe et al. 2013).</summary>
    Orthogonal,

    /// <summary>Normal of variance 1.</summary>
    Normal,

    /// <summary>Uniform in [-1, 1).</summary>
    Uniform,

    /// <summary>All ones.</summary>
    Constant,

    /// <summary>All zeros.</summary>
    Zeros,
}
