namespace Anneal.Trainer.Models;

/// <summary>One way from a layer's input to where the ways meet.</summary>
/// <param name="Name">The branch's name.</param>
/// <param name="Layers">Its layers; none gives the input as it is.</param>
public sealed record Branch(string Name, IReadOnlyList<Layer> Layers);
