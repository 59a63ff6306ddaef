/** What the kit uses of three. */
declare module 'three' {
  export class Vector2 {
    constructor(x: number, y: number);
  }
  export class Vector3 {
    constructor(x?: number, y?: number, z?: number);
    x: number;
    y: number;
    z: number;
    set(x: number, y: number, z: number): this;
    copy(from: Vector3): this;
    clone(): Vector3;
    multiplyScalar(by: number): this;
    addScaledVector(by: Vector3, times: number): this;
    project(camera: PerspectiveCamera): this;
  }
  export class Color {
    constructor(color?: string);
    set(color: string): this;
  }
  export class Matrix4 {
    setPosition(at: Vector3): this;
  }
  export class Plane {
    constructor(normal: Vector3, constant: number);
  }
  export class Object3D {
    position: Vector3;
    frustumCulled: boolean;
    add(...objects: Object3D[]): this;
    lookAt(x: number, y: number, z: number): void;
    updateMatrixWorld(): void;
  }
  export class Scene extends Object3D {
    background: Color | null;
  }
  export class PerspectiveCamera extends Object3D {
    constructor(view: number, aspect: number, near: number, far: number);
  }
  export class BufferGeometry {
    readonly type: string;
  }
  export class TetrahedronGeometry extends BufferGeometry {
    constructor(radius: number);
  }
  class Material {
    constructor(of: { color: string; flatShading?: boolean });
    readonly type: string;
  }
  export class MeshLambertMaterial extends Material {}
  export class MeshBasicMaterial extends Material {}
  export class Mesh extends Object3D {
    constructor(shape: BufferGeometry, material: Material);
  }
  export class InstancedMesh extends Mesh {
    constructor(shape: BufferGeometry, material: Material, count: number);
    count: number;
    instanceMatrix: { needsUpdate: boolean };
    instanceColor: { needsUpdate: boolean } | null;
    setMatrixAt(at: number, matrix: Matrix4): void;
    setColorAt(at: number, color: Color): void;
  }
  export class HemisphereLight extends Object3D {
    constructor(sky: string, ground: string, strength: number);
  }
  export class DirectionalLight extends Object3D {
    constructor(color: string, strength: number);
  }
  export class Raycaster {
    ray: { intersectPlane(plane: Plane, into: Vector3): Vector3 | null };
    setFromCamera(at: Vector2, camera: PerspectiveCamera): void;
    intersectObjects(objects: Object3D[], isDeep: boolean): { object: Object3D }[];
  }
  export class WebGLRenderer {
    constructor(wanted: { antialias: boolean });
    readonly domElement: HTMLCanvasElement;
    setPixelRatio(ratio: number): void;
    setSize(width: number, height: number, setsStyle: boolean): void;
    render(scene: Scene, camera: PerspectiveCamera): void;
  }
}

declare module 'three/examples/jsm/geometries/RoundedBoxGeometry.js' {
  export class RoundedBoxGeometry {
    constructor(width: number, height: number, depth: number, segments?: number, radius?: number);
  }
}
