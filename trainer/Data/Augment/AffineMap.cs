namespace Anneal.Trainer.Data.Augment;

/// <summary>Where each pixel of a new image is read in the old one: x' = XX·x + XY·y + X0 and y' = YX·x + YY·y + Y0.</summary>
/// <param name="XX">What a step to the right adds to x'.</param>
/// <param name="XY">What a step down adds to x'.</param>
/// <param name="X0">x' of the pixel (0, 0).</param>
/// <param name="YX">What a step to the right adds to y'.</param>
/// <param name="YY">What a step down adds to y'.</param>
/// <param name="Y0">y' of the pixel (0, 0).</param>
public readonly record struct AffineMap(double XX, double XY, double X0, double YX, double YY, double Y0)
{
    /// <summary>Leaves an image as it is.</summary>
    public static AffineMap Identity { get; } = new(1, 0, 0, 0, 1, 0);

    /// <summary>Moves an image.</summary>
    /// <param name="dx">Pixels to the right.</param>
    /// <param name="dy">Pixels down.</param>
    /// <returns>The map.</returns>
    public static AffineMap Shift(double dx, double dy) => new(1, 0, -dx, 0, 1, -dy);

    /// <summary>Turns an image counterclockwise about its centre.</summary>
    /// <param name="shape">The image's shape.</param>
    /// <param name="degrees">The angle.</param>
    /// <returns>The map.</returns>
    public static AffineMap Rotation(ImageShape shape, double degrees)
    {
        (double sin, double cos) = Math.SinCos(degrees * Math.PI / 180);
        return AboutCentre(shape, cos, -sin, sin, cos);
    }

    /// <summary>A linear map whose origin is the image's centre.</summary>
    /// <param name="shape">The image's shape.</param>
    /// <param name="xx">See <see cref="XX"/>.</param>
    /// <param name="xy">See <see cref="XY"/>.</param>
    /// <param name="yx">See <see cref="YX"/>.</param>
    /// <param name="yy">See <see cref="YY"/>.</param>
    /// <returns>The map.</returns>
    public static AffineMap AboutCentre(ImageShape shape, double xx, double xy, double yx, double yy)
    {
        (double x, double y) = ((shape.Width - 1) / 2.0, (shape.Height - 1) / 2.0);
        return new AffineMap(xx, xy, x - (xx * x) - (xy * y), yx, yy, y - (yx * x) - (yy * y));
    }

    /// <summary>One map for this one and another after it.</summary>
    /// <param name="next">What is done to this map's result.</param>
    /// <returns>The map of both.</returns>
    public AffineMap Then(in AffineMap next) => new(
        (XX * next.XX) + (XY * next.YX),
        (XX * next.XY) + (XY * next.YY),
        (XX * next.X0) + (XY * next.Y0) + X0,
        (YX * next.XX) + (YY * next.YX),
        (YX * next.XY) + (YY * next.YY),
        (YX * next.X0) + (YY * next.Y0) + Y0);

    /// <summary>Whether pixels only change places, so that nothing is interpolated.</summary>
    internal bool IsWhole => Math.Abs(XX) == 1 && XY == 0 && YX == 0 && Math.Abs(YY) == 1 && X0 == Math.Truncate(X0) && Y0 == Math.Truncate(Y0);
}
