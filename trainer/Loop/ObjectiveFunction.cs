namespace Anneal.Trainer.Loop;

/// <summary>A function to be made small.</summary>
/// <param name="x">The point; becomes the one that the function was taken at, where the function holds fewer digits.</param>
/// <param name="gradient">Receives the gradient there.</param>
/// <returns>The value there.</returns>
internal delegate double ObjectiveFunction(Span<double> x, Span<double> gradient);
