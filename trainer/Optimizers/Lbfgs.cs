namespace Anneal.Trainer.Optimizers;

/// <summary>L-BFGS: Newton's direction from the last steps' differences, and a line search that holds the strong Wolfe conditions. Of the whole set at once.</summary>
/// <param name="History">Pairs of differences that are kept, at least 1.</param>
/// <param name="MaxEvaluations">Losses that one line search may ask for, at least 2.</param>
/// <param name="SufficientDecrease">c₁ of Armijo's condition, in (0, 1/2).</param>
/// <param name="Curvature">c₂ of the curvature condition, in (c₁, 1).</param>
/// <seealso href="https://doi.org/10.1007/BF01589116">Liu and Nocedal, On the limited memory BFGS method (1989)</seealso>
public sealed record Lbfgs(int History = 10, int MaxEvaluations = 25, double SufficientDecrease = 1e-4, double Curvature = 0.9) : Optimizer("lbfgs");
